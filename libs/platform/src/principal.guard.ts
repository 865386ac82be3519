import { type Principal, ProblemError, type Role } from '@lianxin/contracts';
import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { noteTenant } from './logger.ts';
import { TokenVerifier } from './tokens.ts';

interface RequestWithPrincipal {
  headers: Record<string, string | string[] | undefined>;
  principal?: Principal;
}

const publicRoute = 'lianxin:public';
const rolesOfRoute = 'lianxin:roles';

/** A route that nobody has to sign in for: health, metrics, documents. */
export const Public = () => SetMetadata(publicRoute, true);
/** Roles of which the caller needs one. Without it every signed-in caller may enter and row security decides what is seen. */
export const Roles = (...roles: Role[]) => SetMetadata(rolesOfRoute, roles);

/** The verified caller of this request. */
export const CurrentPrincipal = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  const principal = context.switchToHttp().getRequest<RequestWithPrincipal>().principal;
  if (principal === undefined) throw new ProblemError('UNAUTHENTICATED', '请求未经网关认证');
  return principal;
});

/** Verifies the gateway's token on every route that is not public, then the roles. */
@Injectable()
export class PrincipalGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(publicRoute, targets) === true) return true;
    const request = context.switchToHttp().getRequest<RequestWithPrincipal>();
    const header = request.headers['authorization'];
    const principal = await this.tokens.verify(typeof header === 'string' && header.startsWith('Bearer ') ? header.slice(7) : undefined);
    if (principal === undefined) throw new ProblemError('UNAUTHENTICATED', '缺少网关签发的令牌，或令牌已过期');
    request.principal = principal;
    noteTenant(principal);
    const roles = this.reflector.getAllAndOverride<Role[] | undefined>(rolesOfRoute, targets);
    if (roles !== undefined && !roles.some((role) => principal.roles.includes(role))) {
      throw new ProblemError('FORBIDDEN', `需要以下角色之一：${roles.join('、')}`);
    }
    return true;
  }
}
